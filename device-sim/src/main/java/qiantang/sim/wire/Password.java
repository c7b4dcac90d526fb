package qiantang.sim.wire;

/** What goes with a user name; kept out of every text. */
public record Password(String text) {

  /** Leaves it out. */
  @Override
  public String toString() {
    return "a password";
  }
}
