//! Whole analyses of alerts that are built here: what is said follows the evidence, and only it.

mod fixtures;

mod following;
mod ground;
mod hostile;
mod lies;
mod shapes;
