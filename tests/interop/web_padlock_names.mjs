// The names of 10-padlock.sh, until it is ended: web_padlock_names.mjs MACHINE NOBODY, two addresses.
import { world } from './web_dns.mjs';

const [machine, nobody] = process.argv.slice(2);
const dns = await world(53);
for (const [name, address] of [['beach.example', machine], ['refused.example', machine], ['shut.example', nobody]]) {
  dns.zone(name);
  dns.put(`${name} A ${address}`);
}
setInterval(() => {}, 60_000);
