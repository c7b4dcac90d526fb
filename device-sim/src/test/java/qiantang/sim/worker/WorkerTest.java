package qiantang.sim.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a worker does before it connects, and when its coordinator is gone. */
class WorkerTest {
  private static final String SCENARIO =
      """
      version: 1
      duration: 2s
      fleets: [{name: mills, count: 7, model: pump, period: 100ms}]
      """;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void workersShareThePublishersAndMissNone() throws IOException {
    long publishers = 0;
    long messages = 0;
    for (int worker = 0; worker < 3; worker++) {
      out.reset();
      assertEquals(1, run(setup(SCENARIO, worker, 3)), "nobody is there any more");
      Word.Ready ready = assertInstanceOf(Word.Ready.class, words().getFirst());
      publishers += ready.publishers();
      messages += ready.messages();
    }
    assertEquals(7, publishers);
    assertEquals(7 * 20, messages);
  }

  @Test
  void aScenarioThatCannotBeReadIsAFailureWithItsReason() throws IOException {
    assertEquals(1, run(setup("version: 2\n", 0, 1), new Order.Connect()));
    Word.Failed failed = assertInstanceOf(Word.Failed.class, words().getFirst());
    assertTrue(failed.reason().startsWith("cannot use the scenario test"), failed.reason());
    assertEquals(1, words().size());
  }

  /** A coordinator that was killed leaves no process behind. */
  @Test
  void theEndOfTheInputIsTheEndOfTheWorker() throws IOException {
    assertEquals(1, run());
    assertEquals(List.of(), words());
  }

  private static Order setup(String scenario, int worker, int workers) {
    return new Order.Setup(
        "test",
        scenario,
        "r1",
        worker,
        workers,
        List.of(new Order.Host("127.0.0.1", "127.0.0.1", 1)),
        null,
        null,
        1,
        1,
        List.of(),
        null);
  }

  private int run(Order... orders) throws IOException {
    ByteArrayOutputStream in = new ByteArrayOutputStream();
    Lines.Writer<Order> writer = new Lines.Writer<>(in);
    for (Order order : orders) {
      writer.write(order);
    }
    return new Worker(new ByteArrayInputStream(in.toByteArray()), out).run();
  }

  private List<Word> words() throws IOException {
    Lines.Reader<Word> reader =
        new Lines.Reader<>(new ByteArrayInputStream(out.toByteArray()), Word.class);
    List<Word> words = new ArrayList<>();
    for (Word word = reader.read(); word != null; word = reader.read()) {
      words.add(word);
    }
    assertNull(reader.read());
    return words;
  }
}
