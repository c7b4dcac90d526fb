package qiantang.ingest.payload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import qiantang.ingest.payload.sparkplug.EdgeNodes;
import qiantang.store.journal.ByteBudget;
import qiantang.store.model.DeviceId;
import qiantang.store.model.MetricValue;
import qiantang.store.model.Reading;
import qiantang.store.model.Value;

/** What one session's messages decode to, as lines of text. A minute after $T, all the time. */
final class DialectSession {
  static final long NOW = (DialectCase.T_MILLIS + 60_000) * 1000;

  final ByteBudget budget;
  private final boolean isGateway;
  private final SubDevices devices = new SubDevices();
  private final EdgeNodes edgeNodes;
  private long nanos;

  DialectSession(boolean isGateway) {
    this(isGateway, 1 << 20);
  }

  DialectSession(boolean isGateway, long budgetBytes) {
    this.isGateway = isGateway;
    budget = new ByteBudget(budgetBytes);
    edgeNodes = new EdgeNodes(isGateway, budget);
  }

  Decoded decode(DialectCase.Step step) {
    Dialect dialect =
        EdgeNodes.isTheirs(step.topic())
            ? edgeNodes.dialect(step.topic())
            : Dialects.of(step.topic(), isGateway);
    // The payload lies somewhere in a packet's body, as in real life.
    byte[] body = new byte[step.payload().length + 10];
    System.arraycopy(step.payload(), 0, body, 7, step.payload().length);
    return dialect.decode(
        new Message(
            new DeviceId("me"),
            body,
            7,
            step.payload().length,
            step.isRepeat(),
            EventTimes.around(NOW, Duration.ofDays(30), new Arrivals()),
            devices));
  }

  /** Decodes a message; then half a minute passes. */
  List<String> lines(DialectCase.Step step) {
    List<String> lines = new ArrayList<>();
    describe(decode(step), lines);
    nanos += Duration.ofSeconds(30).toNanos();
    edgeNodes.askForBirths(
        nanos,
        node -> {
          lines.add("asks " + node);
          return true;
        });
    return lines;
  }

  void close() {
    edgeNodes.close();
  }

  private static void describe(Decoded decoded, List<String> lines) {
    switch (decoded) {
      case Decoded.Readings readings -> {
        readings.devices().forEach(device -> birth(device, lines));
        readings.readings().forEach(reading -> lines.add(describe(reading)));
        readings.refusals().forEach(refusal -> lines.add(describe(refusal)));
      }
      case Decoded.Birth birth -> birth(birth.device(), lines);
      case Decoded.Death death -> {
        StringJoiner dead = new StringJoiner(" ", "death " + death.reason() + " ", "");
        death.devices().forEach(device -> dead.add(device.text()));
        lines.add(dead.toString());
      }
      case Decoded.Lossy lossy -> {
        lines.add("lost " + lossy.loss().messages() + " of " + lossy.loss().device());
        describe(lossy.what(), lines);
      }
      case Decoded.Refused refused -> lines.add(describe(refused.refusal()));
    }
  }

  private static void birth(SubDevice device, List<String> lines) {
    if (device.announce()) {
      lines.add("birth " + device.name() + (device.model() == null ? "" : ", a " + device.model()));
    }
  }

  private static String describe(Decoded.Refusal refusal) {
    String times = refusal.readings() > 1 ? " x" + refusal.readings() : "";
    String device = refusal.device() == null ? "" : " of " + refusal.device();
    return "refused " + refusal.reason() + times + device + ": " + refusal.detail();
  }

  private static String describe(Reading reading) {
    long micros =
        reading.eventTimeMicros() - (reading.stamped() ? DialectCase.T_MILLIS * 1000 : NOW);
    String time = reading.stamped() ? "$T" : "now";
    StringJoiner text = new StringJoiner(" ");
    text.add(reading.device().text());
    text.add("@" + time + (micros == 0 ? "" : "+" + micros + "us"));
    if (reading.possibleRepeat()) {
      text.add("repeat?");
    }
    for (MetricValue value : reading.values()) {
      text.add(value.metric() + "=" + describe(value.value()));
    }
    return text.toString();
  }

  private static String describe(Value value) {
    return switch (value) {
      case Value.Bool bool -> String.valueOf(bool.value());
      case Value.Int integer -> String.valueOf(integer.value());
      case Value.Real real -> String.valueOf(real.value());
      case Value.Text text -> "\"" + text.value() + "\"";
      case Value.Json json -> json.text();
    };
  }
}
