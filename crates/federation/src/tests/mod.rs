//! We against a provider on a real socket that does well or badly, through the guarded client of the house.

mod arriving;
mod distrust;
mod house;
mod leaving;
mod logs;
mod metadata;
mod mixing;
mod outage;
mod presets;
mod provider;
