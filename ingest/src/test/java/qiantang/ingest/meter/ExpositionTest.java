package qiantang.ingest.meter;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ExpositionTest {
  private final Exposition exposition = new Exposition();
  private final AtomicLong count = new AtomicLong(1);

  @Test
  void countersAndGaugesAreReadAfterTheirSuppliersWereForgottenElsewhere() {
    exposition.counter("counted", "a count", () -> count.get());
    exposition.gauge("measured", "a value", () -> count.get() + 0.5);
    WeakReference<Object> probe = new WeakReference<>(new Object());
    while (probe.get() != null) {
      System.gc();
    }
    count.set(7);
    String text = exposition.scrape();
    assertTrue(text.contains("counted_total 7.0"), text);
    assertTrue(text.contains("measured 7.5"), text);
  }
}
