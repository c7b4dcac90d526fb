package qiantang.ingest.payload;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import qiantang.ingest.fuzz.Dice;
import qiantang.ingest.fuzz.Mutations;
import qiantang.ingest.fuzz.Target;

/**
 * A session's messages to the topics of one dialect: recorded shapes and shapes by a grammar,
 * changed. An input is a byte (1 for a gateway), then of each message a byte (1 for DUP), topic and
 * payload, each with its length in four bytes.
 */
public final class DialectTarget implements Target {
  private static final long BUDGET_BYTES = 64 * 1024;

  private final String begin;
  private final List<String> topics;
  private final List<DialectCase> cases;
  private final boolean isSparkplug;

  /**
   * Of the topics that begin so.
   *
   * @param topics where what the grammar makes is sent
   */
  public DialectTarget(String begin, List<String> topics) {
    this.begin = begin;
    this.topics = topics;
    isSparkplug = begin.startsWith("spBv1.0/");
    cases =
        DialectCase.all().stream()
            .filter(one -> one.steps().stream().anyMatch(step -> isOurs(step.topic())))
            .toList();
  }

  private boolean isOurs(String topic) {
    return topic.startsWith(begin) || topics.contains(topic);
  }

  @Override
  public byte[] make(Dice dice) {
    DialectCase seed = dice.of(cases);
    boolean isGateway = seed.isGateway() ^ dice.once(20);
    List<DialectCase.Step> steps = new ArrayList<>();
    PayloadGrammar grammar = new PayloadGrammar(dice);
    if (dice.once(2)) {
      isGateway |= begin.startsWith("v1/gateway");
      for (int i = isSparkplug ? dice.below(8) : 0; i >= 0; i--) {
        String topic = dice.of(topics);
        byte[] payload = isSparkplug ? grammar.sparkplug(topic) : grammar.json(begin);
        steps.add(new DialectCase.Step(topic, dice.once(8), payload, List.of()));
      }
    } else {
      seed.steps().stream().filter(step -> isOurs(step.topic())).forEach(steps::add);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(isGateway ? 1 : 0);
    for (DialectCase.Step step : steps) {
      boolean isChanged = dice.once(isSparkplug ? 4 : 2);
      DialectCase other = dice.of(cases);
      byte[] theirs = dice.of(other.steps()).payload();
      byte[] payload = isChanged ? Mutations.of(step.payload(), theirs, dice) : step.payload();
      out.write(step.isRepeat() ? 1 : 0);
      put(out, step.topic().getBytes(UTF_8));
      put(out, payload);
    }
    return out.toByteArray();
  }

  private static void put(ByteArrayOutputStream out, byte[] bytes) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      out.write(bytes.length >> shift);
    }
    out.writeBytes(bytes);
  }

  @Override
  public String run(byte[] input, int cut) {
    DialectSession session = new DialectSession(input[0] == 1, BUDGET_BYTES);
    int at = 1;
    while (at < input.length) {
      boolean isRepeat = input[at] == 1;
      byte[] topic = field(input, at + 1);
      byte[] payload = field(input, at + 5 + topic.length);
      at += 9 + topic.length + payload.length;
      var _ =
          session.decode(
              new DialectCase.Step(new String(topic, UTF_8), isRepeat, payload, List.of()));
    }
    session.close();
    if (session.budget.takenBytes() != 0) {
      throw new AssertionError("the budget was not given back: " + session.budget.takenBytes());
    }
    return "";
  }

  private static byte[] field(byte[] input, int at) {
    int length = 0;
    for (int i = at; i < at + 4; i++) {
      length = length << 8 | (input[i] & 0xff);
    }
    byte[] field = new byte[length];
    System.arraycopy(input, at + 4, field, 0, length);
    return field;
  }

  @Override
  public boolean isStream() {
    return false;
  }

  @Override
  public long bytesMax() {
    return 256 * 1024;
  }

  @Override
  public long bytesPerByte() {
    return 200;
  }
}
