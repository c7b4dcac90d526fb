package qiantang.standalone;

/** What can be on or off, named as it is typed. */
enum Switch {
  on,
  off
}
