package qiantang.ingest.mqtt;

import org.jspecify.annotations.Nullable;
import qiantang.ingest.trace.TracedMessage;
import qiantang.store.journal.Append;
import qiantang.store.model.WriteResult;

/**
 * What one message waits for: all entries it became. The answer is decided when the message is
 * decoded and given when the last entry is stored. Event loop only.
 */
final class Ack implements Append.Receipt {
  private final Incoming incoming;
  private final int qos;
  private final int packetId;
  private final long receivedNanos;
  private WriteResult result = WriteResult.STORED;
  private @Nullable String note;
  private @Nullable TracedMessage traced;
  private int readings;
  private int parts;

  Ack(Incoming incoming, int qos, int packetId, long receivedNanos) {
    this.incoming = incoming;
    this.qos = qos;
    this.packetId = packetId;
    this.receivedNanos = receivedNanos;
  }

  /** The answer if all parts are stored. */
  void decide(WriteResult answer) {
    result = answer;
  }

  /** Goes with a success that is not the whole truth: some readings were refused. */
  void note(String text) {
    note = text;
  }

  /** Is told what becomes of the message. */
  void traced(@Nullable TracedMessage message) {
    traced = message;
  }

  void readings(int count) {
    readings = count;
  }

  /** One more entry to wait for. */
  Ack part() {
    parts++;
    return this;
  }

  /** Which of PUBACK (1) and PUBREC (2) is waited for. */
  int qos() {
    return qos;
  }

  /** 0 with QoS 0: nobody waits for the answer. */
  int packetId() {
    return packetId;
  }

  long receivedNanos() {
    return receivedNanos;
  }

  WriteResult result() {
    return result;
  }

  @Nullable String note() {
    return note;
  }

  int readings() {
    return readings;
  }

  @Override
  public void done(WriteResult part) {
    switch (part) {
      case WriteResult.Stored stored -> {}
      case WriteResult.Unavailable unavailable -> result = WriteResult.UNAVAILABLE;
      case WriteResult.Refused refused ->
          throw new AssertionError("BUG: a lane refused an entry: " + refused);
    }
    parts--;
    if (parts == 0) {
      incoming.answer(this);
      if (traced != null) {
        traced.answered(result, note);
      }
    }
  }
}
