package qiantang.sim.report;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files that stay when a run is over. */
public final class ResultFiles {
  private static final JsonMapper JSON = new JsonMapper();

  private ResultFiles() {}

  /**
   * Writes both files anew.
   *
   * @return where they are, the one for a person first
   */
  public static List<Path> write(Path folder, ObjectNode result) throws IOException {
    Files.createDirectories(folder);
    Path html = folder.resolve("report.html");
    Path json = folder.resolve("result.json");
    whole(json, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(result) + "\n");
    whole(html, HtmlReport.of(result));
    return List.of(html.toAbsolutePath().normalize(), json.toAbsolutePath().normalize());
  }

  /** All of it or no file: half a result would be read as one. */
  private static void whole(Path file, String text) throws IOException {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }
}
