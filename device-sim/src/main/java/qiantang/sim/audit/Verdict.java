package qiantang.sim.audit;

import qiantang.sim.outcome.Count;

/** What became of a sample. */
public enum Verdict {
  ACKED_VISIBLE("acked and visible", true, true),
  UNACKED_VISIBLE("not acked, visible", true, true),
  UNACKED_ABSENT("not acked, absent", true, true),
  REFUSED_RECORDED("refused, among the rejections", true, true),
  /** Stored, its acknowledgement lost, and refused when it was sent again: legal. */
  REFUSED_VISIBLE("refused, yet visible", true, true),
  /** Of the plan, with its value: the journal of the run does not tell whether it was sent. */
  UNTOLD_VISIBLE("visible, planned after what the journal tells: not judged", false, true),
  /** Nobody knows: the API refused to answer for its device, or broke its answer off. */
  UNREAD("NOT AUDITED: of devices that the API does not answer for", true, true),
  LOST("LOST: acked, not visible", true, false),
  REFUSED_UNRECORDED("REFUSED without a rejection", true, false),
  CORRUPT("CORRUPT: another value", true, false),
  REORDERED("REORDERED: behind a later one in the answer", true, false),
  PHANTOM("PHANTOM: visible, never sent", false, false),
  DUPLICATE("DUPLICATE: visible twice", false, false),
  FOREIGN("FOREIGN: another device's, or seen by another enterprise", false, false),
  /** Counts figures of intervals, not samples: their samples have verdicts of their own. */
  SUMMARY("SUMMARY: an aggregate is not that of the samples", false, false),
  MALFORMED_VISIBLE("MALFORMED, yet visible", false, false),
  /** Counts messages. */
  MALFORMED_UNRECORDED("MALFORMED: messages acked, without a rejection", false, false);

  private final String label;
  private final boolean ofSentSample;
  private final boolean fine;

  Verdict(String label, boolean ofSentSample, boolean fine) {
    this.label = label;
    this.ofSentSample = ofSentSample;
    this.fine = fine;
  }

  public String label() {
    return label;
  }

  /** So many of them, for a sentence. */
  public String counted(long number) {
    return Count.of(number, ofMessages() ? "message" : "sample") + " " + label;
  }

  /** Whether it is said of a sample that was sent, once each; else of one that was only seen. */
  public boolean ofSentSample() {
    return ofSentSample;
  }

  /** Whether it counts messages, not samples. */
  public boolean ofMessages() {
    return this == MALFORMED_UNRECORDED;
  }

  public boolean fine() {
    return fine;
  }
}
