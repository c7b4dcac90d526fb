package qiantang.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import qiantang.ingest.meter.Exposition;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;

/** The rules for Prometheus name what programs show. */
class AlertRulesTest {
  private static final Pattern METRIC = Pattern.compile("qiantang_[a-z_]+");

  @Test
  void everyMetricInARuleIsShown() throws IOException {
    Exposition exposition = new Exposition();
    try (RunningFolds folds =
        new RunningFolds(
            new MemoryJournal(Clock.systemUTC(), Runnable::run, true),
            new MemoryFolds(Runnable::run),
            new MemoryRegistry(),
            Clock.systemUTC(),
            () -> 0,
            (delay, task) -> {},
            1,
            () -> null)) {
      folds.showIn(exposition);
      Set<String> wanted = metrics(Files.readString(Path.of("../docker/prometheus/alerts.yml")));
      assertTrue(wanted.size() >= 12, "" + wanted);
      wanted.removeAll(metrics(exposition.scrape()));
      assertEquals(Set.of(), wanted);
    }
  }

  private static Set<String> metrics(String text) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = METRIC.matcher(text);
    while (matcher.find()) {
      names.add(matcher.group());
    }
    return names;
  }
}
