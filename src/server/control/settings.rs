//! Questions about settings: get, set, list. Keeps no state.

use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use super::Reply;
use super::read;
use crate::audit::By;
use crate::server::failure::Failure;
use crate::server::house::House;
use crate::server::people;
use crate::settings::Kind;
use crate::settings::SETTINGS;
use crate::settings::Setting;
use crate::settings::SettingError;
use crate::settings::find;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    key: String,
    #[serde(default)]
    value: Option<String>,
}

pub(super) async fn get(house: &House, with: Value) -> Reply {
    let named: Named = read(with)?;
    let setting = find(&named.key).ok_or_else(|| of_setting(SettingError::Unknown(named.key.clone())))?;
    Ok(row(house, setting))
}

pub(super) async fn list(house: &House) -> Reply {
    Ok(SETTINGS.iter().map(|setting| row(house, setting)).collect())
}

pub(super) async fn set(house: &House, with: Value) -> Reply {
    let named: Named = read(with)?;
    house.settings.set(&named.key, named.value.as_deref().unwrap_or_default(), &By::Machine).await.map_err(
        |error| match error {
            SettingError::Store(error) => house.not_kept(&format!("{} was not changed", named.key), error),
            error => of_setting(error),
        },
    )?;
    let setting = find(&named.key).ok_or_else(|| of_setting(SettingError::Unknown(named.key)))?;
    if setting.key.starts_with("acme_dns_") && house.acme.writes_records() {
        house.acme.look_again();
    }
    let waits = house.open.get().is_some_and(|open| people::waits_for_restart(house, open));
    let mut row = row(house, setting);
    row["waits_for_restart"] = json!(waits);
    Ok(row)
}

fn row(house: &House, setting: &Setting) -> Value {
    let typed = |text: String| match setting.kind {
        Kind::Switch => Value::Bool(text == "on"),
        _ => Value::String(text),
    };
    let value = house.settings.text(setting);
    json!({
        "key": setting.key,
        "value": if setting.is_secret() { value.map(|_| Value::String("…".to_owned())) } else { value.map(typed) },
        "default": setting.default.map(str::to_owned).map(typed),
        "reason": setting.reason,
        "fixed": setting.fixed,
    })
}

fn of_setting(error: SettingError) -> Failure {
    let usage = matches!(error, SettingError::Unknown(_) | SettingError::Value { .. });
    Failure { usage, ..Failure::of(error) }
}
