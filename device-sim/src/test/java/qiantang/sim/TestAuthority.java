package qiantang.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A certificate authority and a server's certificate of it, made by the JDK's keytool. */
public final class TestAuthority {
  private static final char[] PASSWORD = "for a test".toCharArray();

  private final Path folder;

  /**
   * Makes both.
   *
   * @param subject what the certificate is for, such as {@code ip:127.0.0.1}
   * @param options more of {@code keytool -genkeypair} for the server's certificate
   */
  public TestAuthority(Path folder, String subject, String... options) throws Exception {
    this.folder = folder;
    keytool("ca", "-dname", "CN=test authority", "-ext", "bc:c");
    List<String> more = new ArrayList<>(List.of("-dname", "CN=server", "-signer", "ca"));
    more.addAll(List.of("-ext", "san=" + subject));
    more.addAll(List.of(options));
    keytool("server", more.toArray(String[]::new));
    KeyStore made = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve("test.p12"))) {
      made.load(in, PASSWORD);
    }
    write("ca.pem", "CERTIFICATE", made.getCertificate("ca").getEncoded());
    write("server.pem", "CERTIFICATE", made.getCertificate("server").getEncoded());
    write("server-key.pem", "PRIVATE KEY", made.getKey("server", PASSWORD).getEncoded());
  }

  public Path certificate() {
    return folder.resolve("ca.pem");
  }

  Path serverCertificate() {
    return folder.resolve("server.pem");
  }

  Path serverKey() {
    return folder.resolve("server-key.pem");
  }

  private void keytool(String alias, String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home", ""), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-alias", alias, "-keyalg", "EC"));
    command.addAll(List.of("-keystore", folder.resolve("test.p12").toString()));
    command.addAll(List.of("-storepass", new String(PASSWORD)));
    command.addAll(List.of(options));
    Path log = folder.resolve("keytool.log");
    int exitCode =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    assertEquals(0, exitCode, Files.readString(log));
  }

  private void write(String name, String kind, byte[] der) throws IOException {
    byte[] newline = "\n".getBytes(StandardCharsets.US_ASCII);
    String text = Base64.getMimeEncoder(64, newline).encodeToString(der);
    Files.writeString(
        folder.resolve(name),
        "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
  }
}
