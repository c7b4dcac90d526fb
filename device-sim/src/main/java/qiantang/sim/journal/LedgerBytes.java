package qiantang.sim.journal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import qiantang.sim.fleet.Ledger;

/**
 * One publisher's progress: its number, how many were sent, the mark below which all is settled,
 * then what was refused since the mark of the record before, then the ranges above the mark that
 * are settled: each list behind its length and as differences. Nearly always both lists are empty.
 */
final class LedgerBytes {
  private LedgerBytes() {}

  static void write(RecordBytes out, int publisher, Ledger ledger, long lastSettledBelow) {
    out.number(publisher).number(ledger.sent()).number(ledger.settledBelow());
    differences(out, refused(ledger, lastSettledBelow), lastSettledBelow);
    differences(out, bounds(ledger), ledger.settledBelow());
  }

  private static List<Long> refused(Ledger ledger, long from) {
    List<Long> refused = new ArrayList<>();
    for (long n = from; n < ledger.sent() && ledger.refusedCount() > 0; n++) {
      if (ledger.isRefused(n)) {
        refused.add(n);
      }
    }
    return refused;
  }

  /** Where settled ranges above the mark begin and end, in turn. */
  private static List<Long> bounds(Ledger ledger) {
    List<Long> bounds = new ArrayList<>();
    boolean settled = false;
    for (long n = ledger.settledBelow(); n < ledger.settledEnd(); n++) {
      if (ledger.isSettled(n) != settled) {
        settled = !settled;
        bounds.add(n);
      }
    }
    if (settled) {
      bounds.add(ledger.settledEnd());
    }
    return bounds;
  }

  private static void differences(RecordBytes out, List<Long> numbers, long from) {
    out.number(numbers.size());
    long last = from;
    for (long number : numbers) {
      out.number(number - last);
      last = number;
    }
  }

  /** Brings publishers' ledgers up to what the payload says. */
  static void read(ByteBuffer in, RunHistory.Books books) {
    while (in.hasRemaining()) {
      Ledger ledger = books.of(Math.toIntExact(number(in)));
      long sent = number(in);
      long settledBelow = number(in);
      long markBefore = ledger.settledBelow();
      long n = markBefore;
      for (long left = number(in); left > 0; left--) {
        n += number(in);
        if (!ledger.isSettled(n)) {
          ledger.refused(n);
        }
      }
      settle(ledger, markBefore, settledBelow);
      n = settledBelow;
      for (long left = number(in) / 2; left > 0; left--) {
        long from = n + number(in);
        n = from + number(in);
        settle(ledger, from, n);
      }
      if (sent > ledger.sent()) {
        ledger.sent(sent - 1);
      }
    }
  }

  private static void settle(Ledger ledger, long from, long to) {
    for (long n = from; n < to; n++) {
      if (!ledger.isSettled(n)) {
        ledger.acked(n);
      }
    }
  }

  /** Seven bits a byte, the lowest first. */
  static long number(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = in.get();
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }
}
