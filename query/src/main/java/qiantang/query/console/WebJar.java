package qiantang.query.console;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Properties;

/**
 * A library for browsers, from its jar on the class path. The version is that of the build: paths
 * and import map follow the parent pom by themselves.
 *
 * @param artifact its id at Maven, and its folder
 * @param version as its jar says
 */
record WebJar(String artifact, String version) {
  /** The jar of this id. */
  static WebJar of(String artifact) {
    Properties properties = new Properties();
    String pom = "/META-INF/maven/org.webjars.npm/" + artifact + "/pom.properties";
    try {
      properties.load(new ByteArrayInputStream(Console.resource(pom)));
    } catch (IOException e) {
      throw new AssertionError("BUG: cannot read " + pom, e);
    }
    String version = properties.getProperty("version");
    if (version == null) {
      throw new AssertionError("BUG: " + pom + " says no version");
    }
    return new WebJar(artifact, version);
  }

  /** Where browsers find a file of it. */
  String path(String file) {
    return "/webjars/" + artifact + "/" + version + "/" + file;
  }

  /** A file of it. */
  byte[] read(String file) {
    return Console.resource("/META-INF/resources" + path(file));
  }
}
