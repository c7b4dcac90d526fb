package qiantang.sim.audit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qiantang.sim.plan.Faults.MalformedKind;

/**
 * What became of the messages that were broken on purpose. Each must be refused: by the code of its
 * acknowledgement (MQTT 5), or, where the protocol has no such code, by a rejection that its
 * enterprise can read. That nothing of them is visible is seen device by device ({@link
 * DeviceAudit}).
 *
 * <p>A rejection of a whole message names its publisher and no message, so that they are counted:
 * those of a publisher must be as many as its broken messages. By kind the counts are exact as long
 * as none is missing.
 *
 * @param byKind of each kind that was sent
 * @param tally messages that are neither refused nor recorded, with findings
 */
public record MalformedMessages(List<Count> byKind, Tally tally) {

  /**
   * Messages of a kind.
   *
   * @param refused by their acknowledgement, or acknowledged and among the rejections
   * @param unanswered not acknowledged when the run ended: anything may have become of them
   * @param unrecorded acknowledged as if they were good, and not among the rejections
   */
  public record Count(String kind, long sent, long refused, long unanswered, long unrecorded) {
    /** For a line of a report. */
    public String text() {
      return "%s: %d sent = %d refused + %d not acked + %d acked without a rejection"
          .formatted(kind, sent, refused, unanswered, unrecorded);
    }
  }

  /** Messages of one publisher and kind, by their acknowledgements. */
  private static final class Answers {
    private long refused;
    private long acked;
    private long unanswered;
    private long firstAcked = -1;
  }

  /** By publisher, in the order of the kinds; only of those that sent broken messages. */
  private record Sent(SentMessages publisher, Map<MalformedKind, Answers> byKind) {}

  /** What was sent; it does not change while rejections are waited for. */
  static final class Books {
    private final List<Sent> all = new ArrayList<>();

    Books(Collection<SentMessages> publishers) {
      for (SentMessages publisher : publishers) {
        if (!publisher.plan().isSound()) {
          all.add(new Sent(publisher, answers(publisher)));
        }
      }
    }

    private static Map<MalformedKind, Answers> answers(SentMessages publisher) {
      Map<MalformedKind, Answers> byKind = new EnumMap<>(MalformedKind.class);
      for (long n = publisher.from(); n < publisher.sentMax(); n++) {
        @Nullable MalformedKind kind = publisher.plan().broken(n);
        if (kind != null) {
          Answers answers = byKind.computeIfAbsent(kind, k -> new Answers());
          if (publisher.isRefusedItself(n)) {
            answers.refused++;
          } else if (publisher.isAckedItself(n)) {
            answers.acked++;
            answers.firstAcked = answers.firstAcked < 0 ? n : answers.firstAcked;
          } else {
            answers.unanswered++;
          }
        }
      }
      return byKind;
    }

    /** Compares it with what is known of rejections so far. */
    MalformedMessages judge(RecordedRefusals refusals) {
      Map<MalformedKind, Count> counts = new EnumMap<>(MalformedKind.class);
      Tally tally = new Tally();
      for (Sent sent : all) {
        long refused = sent.byKind().values().stream().mapToLong(a -> a.refused).sum();
        // What was refused by its acknowledgement is among the rejections too.
        long recorded = refusals.ofBroken(sent.publisher().plan().id()) - refused;
        for (Map.Entry<MalformedKind, Answers> entry : sent.byKind().entrySet()) {
          Answers answers = entry.getValue();
          long found = Math.clamp(recorded, 0, answers.acked);
          recorded -= found;
          long unrecorded = answers.acked - found;
          String kind = entry.getKey().label();
          Count count =
              new Count(
                  kind,
                  answers.refused + answers.acked + answers.unanswered,
                  answers.refused + found,
                  answers.unanswered,
                  unrecorded);
          counts.merge(entry.getKey(), count, MalformedMessages::plus);
          if (unrecorded > 0) {
            note(tally, sent.publisher(), kind, answers.firstAcked, unrecorded);
          }
        }
      }
      return new MalformedMessages(List.copyOf(counts.values()), tally);
    }

    private static void note(
        Tally tally, SentMessages publisher, String kind, long first, long unrecorded) {
      tally.add(Verdict.MALFORMED_UNRECORDED, unrecorded - 1);
      String detail =
          "%d of the messages that are broken (%s), such as message %d of %s"
              .formatted(unrecorded, kind, first, publisher.plan().id());
      long micros = publisher.plan().eventTimeMillis(first, publisher.startMillis()) * 1_000;
      tally.add(
          new Finding(Verdict.MALFORMED_UNRECORDED, publisher.plan().id(), "", micros, detail));
    }
  }

  private static Count plus(Count one, Count other) {
    return new Count(
        one.kind,
        one.sent + other.sent,
        one.refused + other.refused,
        one.unanswered + other.unanswered,
        one.unrecorded + other.unrecorded);
  }
}
