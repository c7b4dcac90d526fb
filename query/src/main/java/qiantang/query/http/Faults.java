package qiantang.query.http;

import java.util.ArrayList;
import java.util.List;

/**
 * What is wrong with a request, all of it at once. Whoever parses notes a fault and goes on with a
 * stand-in; whoever asked looks here before using what was parsed.
 */
final class Faults {
  // More would be the same mistake a thousand times.
  private static final int MAX = 20;

  /**
   * One fault.
   *
   * @param where {@code parameter} or {@code pointer} (RFC 6901, into the body)
   */
  record Fault(String where, String name, String detail) {}

  private final List<Fault> faults = new ArrayList<>();

  void parameter(String name, String detail) {
    add(new Fault("parameter", name, detail));
  }

  void member(String pointer, String detail) {
    add(new Fault("pointer", pointer, detail));
  }

  boolean areAny() {
    return !faults.isEmpty();
  }

  /** The problem that tells of them. */
  Answer answer() {
    Fault first = faults.getFirst();
    String more = faults.size() == 1 ? "" : " (and " + (faults.size() - 1) + " more, see errors)";
    String name = first.name().isEmpty() ? "the body" : first.name();
    return Answer.problem(Problem.INVALID_REQUEST, name + ": " + first.detail() + more, faults);
  }

  private void add(Fault fault) {
    if (faults.size() < MAX) {
      faults.add(fault);
    }
  }
}
