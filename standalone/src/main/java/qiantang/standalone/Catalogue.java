package qiantang.standalone;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** {@code seeds/catalogue.json}: the platforms and enterprises a demo begins with. */
record Catalogue(List<PlatformSeed> platforms, List<EnterpriseSeed> enterprises) {
  Catalogue {
    platforms = List.copyOf(platforms);
    enterprises = List.copyOf(enterprises);
  }

  /** One of the 1+N. */
  record PlatformSeed(String id, String nameZh, String nameEn, String kind) {}

  /** An enterprise with its factories. */
  record EnterpriseSeed(
      String id,
      String nameZh,
      String nameEn,
      String city,
      List<String> platforms,
      String retention,
      List<FactorySeed> factories) {}

  /** A factory of an enterprise. */
  record FactorySeed(String id, String nameZh, String nameEn, List<LineSeed> lines) {}

  /** A line of a factory, all of one device model. */
  record LineSeed(String id, String nameZh, String nameEn, String model) {}

  static Catalogue load() throws IOException {
    try (InputStream in = Catalogue.class.getResourceAsStream("/seeds/catalogue.json")) {
      if (in == null) {
        throw new AssertionError("BUG: /seeds/catalogue.json is not on the class path");
      }
      return JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build()
          .readValue(in, Catalogue.class);
    }
  }
}
