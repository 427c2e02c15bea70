//! The lab over HTTP, as a client, a test and a browser meet it. Time is each test's own.

mod alerts;
mod console;
mod control;
mod gateway;
mod hosts;
mod model;
mod model_manners;
mod obeying;
mod platforms;
mod program;
mod queryjobs;
mod scene;
mod sdk;
mod stories;
