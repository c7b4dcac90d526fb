package qiantang.sim.fleet;

import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Publishers that do nothing, for tests of who watches or disturbs them. */
public class IdleLoad implements Load {
  private final Figures figures = new Figures();

  @Override
  public void begin(long startMillis, LongSupplier reservedUntilNanos) {}

  @Override
  public void disturb(Disturbance disturbance) {}

  @Override
  public final Figures figures() {
    return figures;
  }

  @Override
  public @Nullable String failure() {
    return null;
  }

  @Override
  public int parts() {
    return 0;
  }

  @Override
  public List<Ledger> ledgers(int from, int to) {
    return List.of();
  }

  @Override
  public List<Ledger> stop() {
    return List.of();
  }

  @Override
  public void close() {}
}
