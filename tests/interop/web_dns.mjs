// A small world of DNS on loopback for pages: UDP, two name servers (127.0.0.1 and 127.0.0.2) at one port, records as in
// a zone file. It is the machine's resolver and the authority of every zone at once.
import dgram from 'node:dgram';

const TYPES = { A: 1, NS: 2, CNAME: 5, SOA: 6, AAAA: 28, SRV: 33, CAA: 257 };

const name = text => Buffer.concat([...text.replace(/\.$/, '').split('.').filter(Boolean).map(label => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])), Buffer.from([0])]);
const numbers = (...all) => Buffer.concat(all.map(number => { const two = Buffer.alloc(2); two.writeUInt16BE(number); return two; }));
const ipv6 = text => {
  const [front, back] = text.split('::').map(part => part.split(':').filter(Boolean));
  const middle = back ? Array(8 - front.length - back.length).fill('0') : [];
  return numbers(...[...front, ...middle, ...(back ?? [])].map(part => parseInt(part, 16)));
};
const data = (type, [first, ...rest]) => {
  if (type === 'A') return Buffer.from(first.split('.').map(Number));
  if (type === 'AAAA') return ipv6(first);
  if (type === 'SRV') return Buffer.concat([numbers(Number(first), ...rest.slice(0, 2).map(Number)), name(rest[2])]);
  if (type === 'SOA') return Buffer.concat([name(first), name('mail.example'), Buffer.alloc(20, 1)]);
  if (type === 'CAA') return Buffer.concat([Buffer.from([0, 5]), Buffer.from('issue' + first)]);
  return name(first);
};
const record = ({ owner, type, words }) => {
  const bytes = data(type, words);
  return Buffer.concat([name(owner), numbers(TYPES[type], 1, 0, 1, bytes.length), bytes]);
};
const question = bytes => {
  const labels = [];
  let at = 12;
  while (bytes[at]) { labels.push(bytes.toString('latin1', at + 1, at + 1 + bytes[at])); at += bytes[at] + 1; }
  return { owner: labels.join('.').toLowerCase(), type: bytes.readUInt16BE(at + 1), raw: bytes.subarray(12, at + 5) };
};

// Starts it. `put(line, server)`: a record on all servers, or on the one with that number; `silent(server)`.
export const world = async port => {
  const records = [];
  const silent = new Set();
  const answer = (bytes, server) => {
    const { owner, type, raw } = question(bytes);
    const mine = records.filter(one => one.on === undefined || one.on === server);
    const answers = [];
    let at = owner;
    for (let hops = 0; hops < 8; hops += 1) {
      const here = mine.filter(one => one.owner === at && TYPES[one.type] === type);
      answers.push(...here);
      const alias = mine.find(one => one.owner === at && one.type === 'CNAME');
      if (here.length || !alias) break;
      answers.push(alias);
      [at] = alias.words;
    }
    const there = mine.some(one => one.owner === owner || one.owner.endsWith(`.${owner}`));
    const apexes = mine.filter(one => one.type === 'SOA' && (one.owner === owner || owner.endsWith(`.${one.owner}`)));
    const apex = apexes.sort((a, b) => b.owner.length - a.owner.length).slice(0, answers.length ? 0 : 1);
    const head = numbers(bytes.readUInt16BE(0), 0x8480 | (there || answers.length ? 0 : 3), 1, answers.length, apex.length, 0);
    return Buffer.concat([head, raw, ...[...answers, ...apex].map(record)]);
  };
  for (const server of [1, 2]) {
    const socket = dgram.createSocket('udp4');
    socket.on('message', (bytes, from) => { if (!silent.has(server)) socket.send(answer(bytes, server), from.port, from.address); });
    await new Promise((resolve, reject) => { socket.on('error', reject).bind(port, `127.0.0.${server}`, resolve); });
    socket.unref();
  }
  const put = (line, on) => {
    const [owner, type, ...words] = line.split(/\s+/);
    records.push({ owner, type, words: words.map(word => word.replace(/(.)\.$/, '$1')), on });
  };
  const zone = apex => {
    put(`${apex} SOA ns1.${apex}`);
    for (const server of [1, 2]) { put(`${apex} NS ns${server}.${apex}`); put(`ns${server}.${apex} A 127.0.0.${server}`); }
  };
  put('example SOA ns1.example');
  put('example NS ns1.example');
  put('ns1.example A 127.0.0.1');
  return { put, zone, silence: server => silent.add(server) };
};
