package qiantang.sim.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import qiantang.sim.fleet.Disturbance;
import qiantang.sim.fleet.Figures;
import qiantang.sim.wire.Password;

class LinesTest {

  @Test
  void everyOrderComesOverAsItIs() throws IOException {
    List<Order> orders =
        List.of(
            new Order.Setup(
                "s",
                "a: 1\nb: \"ü\"\n",
                "r1",
                1,
                2,
                List.of(new Order.Host("broker.test", "::1", 1)),
                null,
                "-----BEGIN\n",
                2,
                3,
                List.of("::1"),
                new Password("p")),
            new Order.Tokens(List.of("acme.x", "acme.y")),
            new Order.Connect(),
            new Order.Begin(1_790_000_000_123L, Long.MAX_VALUE),
            new Order.Reserve(7),
            new Order.Disturb(Disturbance.Kind.LEAVE_HALF_OPEN, -7, 2, 8, 100, 60_000),
            new Order.Ask(0, 3),
            new Order.Stop());
    assertEquals(Order.class.getPermittedSubclasses().length, orders.size());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Lines.Writer<Order> writer = new Lines.Writer<>(bytes);
    for (Order order : orders) {
      writer.write(order);
    }
    Lines.Reader<Order> reader =
        new Lines.Reader<>(new ByteArrayInputStream(bytes.toByteArray()), Order.class);
    for (Order order : orders) {
      assertEquals(order, reader.read());
    }
    assertNull(reader.read());
  }

  @Test
  void aLineThatItsWritersEndCutOffIsTheEnd() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Lines.Writer<Order> writer = new Lines.Writer<>(bytes);
    writer.write(new Order.Reserve(7));
    int whole = bytes.size();
    writer.write(new Order.Tokens(List.of("acme.x", "acme.y")));
    byte[] both = bytes.toByteArray();
    for (int length = whole; length < both.length - 2; length++) {
      Lines.Reader<Order> reader =
          new Lines.Reader<>(new ByteArrayInputStream(both, 0, length), Order.class);
      assertEquals(new Order.Reserve(7), reader.read());
      assertNull(reader.read());
    }
  }

  @Test
  void aLineThatIsCutOffInTheMidstIsAnError() {
    byte[] bytes = "{\"is\":\"Tok\n{\"is\":\"Stop\"}\n".getBytes(StandardCharsets.UTF_8);
    Lines.Reader<Order> reader = new Lines.Reader<>(new ByteArrayInputStream(bytes), Order.class);
    assertThrows(IOException.class, reader::read);
  }

  @Test
  void tokensAreNotInTexts() {
    assertFalse(new Order.Tokens(List.of("acme.secret")).toString().contains("secret"));
  }

  @Test
  void aLineOfSomethingElseSaysSo() {
    byte[] line = "{\"is\":\"Nonsense\"}\n".getBytes(StandardCharsets.UTF_8);
    Lines.Reader<Order> reader = new Lines.Reader<>(new ByteArrayInputStream(line), Order.class);
    IOException thrown = assertThrows(IOException.class, reader::read);
    assertEquals("a line that is no Order: 'Nonsense'", thrown.getMessage());
  }

  /** Two workers' histograms added up are the one that a single process would have recorded. */
  @Test
  void histogramsAddUpExactly() throws IOException {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      Histogram whole = new Histogram(Figures.MICROS_MAX, Figures.DIGITS);
      Histogram merged = new Histogram(Figures.MICROS_MAX, Figures.DIGITS);
      for (int worker = 0; worker < 3; worker++) {
        Histogram part = new Histogram(Figures.MICROS_MAX, Figures.DIGITS);
        for (int i = 0; i < random.nextInt(3_000); i++) {
          long value = random.nextLong(1L << random.nextInt(1, 32)) % Figures.MICROS_MAX;
          part.recordValue(value);
          whole.recordValue(value);
        }
        merged.add(Lines.histogram(Lines.bytes(part)));
      }
      assertEquals(whole, merged);
      assertEquals(whole.getMaxValue(), merged.getMaxValue());
    }
  }
}
