package qiantang.standalone;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code demo.json}: where a running demo is and the tokens that open it. It exists only while the
 * demo serves, so a program that waits for the file has waited for the demo.
 *
 * @param mqtts host and port of MQTT over TLS; null where it is off
 * @param ws host and port of MQTT over WebSocket, on {@code /mqtt}; null where it is off
 * @param wss the same over TLS
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record DemoFile(
    String mqtt,
    @Nullable String mqtts,
    @Nullable String ws,
    @Nullable String wss,
    String http,
    String operator,
    List<EnterpriseTokens> enterprises,
    List<Long> pids) {
  private static final String NAME = "demo.json";

  /** What the demo before wrote, kept until this one has written its own: tokens rest here only. */
  private static final String PREVIOUS_NAME = "demo.previous.json";

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  DemoFile {
    enterprises = List.copyOf(enterprises);
    pids = List.copyOf(pids);
  }

  /** Tokens of one enterprise: its administrator's, a gateway's and a device's. */
  record EnterpriseTokens(String id, String admin, String gateway, DeviceToken device) {}

  /** A device and the token it logs in with. */
  record DeviceToken(String id, String token) {}

  /** Removes the file of the demo before and answers what it said. */
  static Optional<DemoFile> takeOver(Path folder) throws IOException {
    Path file = folder.resolve(NAME);
    Path previous = folder.resolve(PREVIOUS_NAME);
    if (Files.exists(file)) {
      Files.move(file, previous, StandardCopyOption.ATOMIC_MOVE);
    }
    if (!Files.exists(previous)) {
      return Optional.empty();
    }
    return Optional.of(JSON.readValue(Files.readAllBytes(previous), DemoFile.class));
  }

  /** Writes the file whole, readable by its owner alone from the first byte. */
  void write(Path folder) throws IOException {
    Path draft = folder.resolve(NAME + ".draft");
    Files.deleteIfExists(draft);
    Files.createFile(draft, OWNER_ONLY);
    Files.write(draft, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
    Files.move(draft, folder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
    Files.deleteIfExists(folder.resolve(PREVIOUS_NAME));
  }
}
