package qiantang.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;

/**
 * The secret from which the tokens of a demo's fleet follow. Thousands of devices keep their tokens
 * over a restart without a list of them anywhere.
 */
record FleetKey(byte[] secret) {
  private static final int SECRET_BYTES = 32;
  private static final String ALGORITHM = "HmacSHA256";
  private static final String FILE = "fleet.key";

  /** The key of this data directory, drawn at its first start. */
  static FleetKey of(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      byte[] secret = new byte[SECRET_BYTES];
      new SecureRandom().nextBytes(secret);
      Path draft = folder.resolve(FILE + ".draft");
      Files.deleteIfExists(draft);
      Files.createFile(
          draft,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.write(draft, secret);
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }
    return new FleetKey(Files.readAllBytes(file));
  }

  AccessToken token(EnterpriseId enterprise, DeviceId device) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret, ALGORITHM));
      byte[] derived = mac.doFinal((enterprise.text() + "/" + device.text()).getBytes(UTF_8));
      String text = Base64.getUrlEncoder().withoutPadding().encodeToString(derived);
      return new AccessToken(enterprise, text);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("BUG: every JDK has " + ALGORITHM, e);
    }
  }
}
