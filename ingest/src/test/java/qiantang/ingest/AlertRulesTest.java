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
import org.junit.jupiter.api.io.TempDir;
import qiantang.ingest.meter.Exposition;
import qiantang.ingest.net.admission.AdmissionMeter;
import qiantang.ingest.net.tls.ClientAuthentication;
import qiantang.ingest.net.tls.TestAuthority;
import qiantang.ingest.net.tls.Tls;
import qiantang.ingest.net.tls.TlsFiles;
import qiantang.store.memory.MemoryFolds;
import qiantang.store.memory.MemoryJournal;
import qiantang.store.memory.MemoryRegistry;

/** The rules for Prometheus name what programs show. */
class AlertRulesTest {
  @TempDir Path folder = Path.of("");

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
      new AdmissionMeter().showIn(exposition);
      showTls(exposition);
      Set<String> wanted = metrics(Files.readString(Path.of("../docker/prometheus/alerts.yml")));
      assertTrue(wanted.size() >= 12, "" + wanted);
      wanted.removeAll(metrics(exposition.scrape()));
      assertEquals(Set.of(), wanted);
    }
  }

  private void showTls(Exposition exposition) throws IOException {
    Path certificate = folder.resolve("server.pem");
    Path key = folder.resolve("key.pem");
    new TestAuthority("authority").issue("server").write(certificate, key);
    TlsFiles files = new TlsFiles(certificate, key, null, null, ClientAuthentication.none);
    try (Tls tls = Tls.open(files, Clock.systemUTC())) {
      tls.showIn(exposition);
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
