package qiantang.standalone;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qiantang.query.change.Logins;
import qiantang.standalone.Catalogue.EnterpriseSeed;
import qiantang.standalone.Catalogue.LineSeed;
import qiantang.standalone.Catalogue.PlatformSeed;
import qiantang.standalone.DemoFile.DeviceToken;
import qiantang.standalone.DemoFile.EnterpriseTokens;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.AccessToken;
import qiantang.store.registry.Credential;
import qiantang.store.registry.Device;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Platform;
import qiantang.store.registry.Registry;
import qiantang.store.registry.Retention;
import qiantang.store.registry.Role;
import qiantang.store.registry.UnitTables;

/**
 * Puts the catalogue into the registry, and a token for everybody a visitor of the demo may want to
 * be. Run at each start: what is there already stays, and so do the tokens of the demo before.
 */
final class Seeder {
  private static final DeviceId GATEWAY = new DeviceId("gateway-1");
  private static final DeviceId DEVICE = new DeviceId("device-1");
  private static final int TOKEN_ID_BYTES = 8;

  private final Registry registry;
  private final Instant now;
  private final SecureRandom random = new SecureRandom();

  Seeder(Registry registry, Instant now) {
    this.registry = registry;
    this.now = now;
  }

  /** The tokens of everybody. */
  record Tokens(String operator, List<EnterpriseTokens> enterprises) {}

  /** Blocks until all is stored. */
  Tokens seed(Catalogue catalogue, Optional<DemoFile> before) {
    for (PlatformSeed seed : catalogue.platforms()) {
      done(
          registry.putPlatform(new Platform(seed.id(), seed.nameZh(), seed.nameEn(), seed.kind())));
    }
    Map<String, EnterpriseTokens> known =
        before.map(DemoFile::enterprises).orElse(List.of()).stream()
            .collect(Collectors.toMap(EnterpriseTokens::id, Function.identity()));
    List<EnterpriseTokens> enterprises = new ArrayList<>();
    for (EnterpriseSeed seed : catalogue.enterprises()) {
      enterprises.add(seed(seed, known.get(seed.id())));
    }
    String operator =
        token(
            before.map(DemoFile::operator).orElse(null),
            EnterpriseId.OPERATOR,
            Role.OPERATOR,
            null);
    return new Tokens(operator, enterprises);
  }

  private EnterpriseTokens seed(EnterpriseSeed seed, @Nullable EnterpriseTokens known) {
    EnterpriseId id = new EnterpriseId(seed.id());
    Retention retention = Retention.ofWord(seed.retention()).orElseThrow();
    done(
        registry.createEnterprise(
            new Enterprise(id, seed.nameZh(), seed.city(), seed.platforms(), retention, now)));
    seedUnits(id, seed);
    String factory = seed.factories().getFirst().id();
    LineSeed line = seed.factories().getFirst().lines().getFirst();
    done(
        registry.createDevice(
            new Device(
                id, GATEWAY, "网关1", Device.Kind.GATEWAY, null, "", factory, "", false, now)));
    done(
        registry.createDevice(
            new Device(
                id,
                DEVICE,
                line.nameZh() + "1",
                Device.Kind.DEVICE,
                null,
                line.model(),
                factory,
                line.id(),
                false,
                now)));
    return new EnterpriseTokens(
        seed.id(),
        token(known == null ? null : known.admin(), id, Role.ADMIN, null),
        token(known == null ? null : known.gateway(), id, Role.GATEWAY, GATEWAY),
        new DeviceToken(
            DEVICE.text(),
            token(known == null ? null : known.device().token(), id, Role.DEVICE, DEVICE)));
  }

  /** Only where there are none: what people changed stays. */
  private void seedUnits(EnterpriseId id, EnterpriseSeed seed) {
    List<UnitTables.Change> units =
        DemoUnits.of(
            seed.factories().stream()
                .flatMap(factory -> factory.lines().stream())
                .map(LineSeed::model)
                .toList());
    if (!units.isEmpty() && done(registry.units().read(id)).byMetric().isEmpty()) {
      done(registry.units().write(id, units));
    }
  }

  /** The token of before if it still opens, else a fresh one. */
  private String token(
      @Nullable String before, EnterpriseId owner, Role role, @Nullable DeviceId device) {
    if (before != null && opens(before)) {
      return before;
    }
    AccessToken token = AccessToken.draw(owner, random);
    byte[] id = new byte[TOKEN_ID_BYTES];
    random.nextBytes(id);
    done(
        registry.putCredential(
            new Credential(
                owner,
                HexFormat.of().formatHex(id),
                token.hash(),
                role,
                device,
                "demo",
                now,
                null)));
    return token.text();
  }

  /**
   * The secret of a link by which a browser logs in as the operator, once, within 10 minutes.
   *
   * @param operator the token with which what it opens ends
   */
  String link(String operator) {
    AccessToken token = AccessToken.draw(EnterpriseId.OPERATOR, random);
    byte[] id = new byte[TOKEN_ID_BYTES];
    random.nextBytes(id);
    Instant made = Instant.now(); // starting took a while
    done(
        registry.putLink(
            new Credential(
                    EnterpriseId.OPERATOR,
                    "link-" + HexFormat.of().formatHex(id),
                    token.hash(),
                    Role.OPERATOR,
                    null,
                    "demo",
                    made,
                    made.plus(Logins.LINK_KEPT))
                .by(AccessToken.parse(operator).orElseThrow().key())));
    return token.text();
  }

  private boolean opens(String text) {
    return AccessToken.parse(text)
        .flatMap(token -> done(registry.credential(token.key())))
        .filter(credential -> credential.isValidAt(now))
        .isPresent();
  }

  private static <T> T done(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }
}
