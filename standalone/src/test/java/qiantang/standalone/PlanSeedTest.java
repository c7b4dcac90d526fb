package qiantang.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlanSeedTest {
  @Test
  void everyFigureOfThePlanIsThereWithThePhraseOfItsSource() throws Exception {
    Map<String, Long> values = new HashMap<>();
    try (InputStream in = PlanSeedTest.class.getResourceAsStream("/seeds/plan.json")) {
      assertNotNull(in);
      for (JsonNode figure : new ObjectMapper().readTree(in).path("figures")) {
        assertFalse(figure.path("phrase").asText().isEmpty(), figure.toString());
        values.put(figure.path("id").asText(), figure.path("value").asLong());
      }
    }
    assertEquals(
        Map.of(
            "devices", 50_000_000L,
            "enterprises", 100_000L,
            "platforms", 30L,
            "robots", 100_000L,
            "future-factories", 10L,
            "transformation-projects", 5_000L,
            "cloud-enterprises", 400_000L,
            "base-stations-5g", 50_000L,
            "digital-farms", 100L,
            "industrial-apps", 0L),
        values);
  }
}
