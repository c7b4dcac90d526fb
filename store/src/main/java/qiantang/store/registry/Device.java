package qiantang.store.registry;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.store.identifier.Identifier;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/**
 * A thing that is measured, or a gateway that speaks for such things.
 *
 * @param name any UTF-8 up to 128 bytes; the id where none was given
 * @param gateway the gateway that spoke for it last, null for a direct device or a gateway
 * @param model device model, empty if not said
 * @param factory factory of the enterprise, empty if not said
 * @param line line of the factory, empty if not said
 * @param disabled whether its credentials are refused, and what a gateway says of it
 * @param identifiers what it is called elsewhere, in order
 * @param deleted when it was deleted; null for a device that there is
 */
public record Device(
    EnterpriseId enterprise,
    DeviceId id,
    String name,
    Kind kind,
    @Nullable DeviceId gateway,
    String model,
    String factory,
    String line,
    boolean disabled,
    Instant created,
    List<Identifier> identifiers,
    @Nullable Instant deleted) {
  /** For so long sessions go on that a deletion ends, 5 s, and clocks differ by 5 s. */
  public static final Duration LAST_WORDS = Duration.ofSeconds(10);

  public Device {
    created = created.truncatedTo(ChronoUnit.MILLIS); // as the tables keep it
    deleted = deleted == null ? null : deleted.truncatedTo(ChronoUnit.MILLIS);
    identifiers = identifiers.stream().sorted().distinct().toList();
  }

  /** One without identifiers. */
  public Device(
      EnterpriseId enterprise,
      DeviceId id,
      String name,
      Kind kind,
      @Nullable DeviceId gateway,
      String model,
      String factory,
      String line,
      boolean disabled,
      Instant created) {
    this(
        enterprise,
        id,
        name,
        kind,
        gateway,
        model,
        factory,
        line,
        disabled,
        created,
        List.of(),
        null);
  }

  /** The same device, disabled or not. */
  public Device disabled(boolean isDisabled) {
    return changed(gateway, isDisabled, identifiers, deleted);
  }

  /** The same device behind another gateway. */
  public Device behind(@Nullable DeviceId other) {
    return changed(other, disabled, identifiers, deleted);
  }

  /** The same device with other identifiers. */
  public Device with(List<Identifier> others) {
    return changed(gateway, disabled, others, deleted);
  }

  /**
   * From when on what arrives under the id of this deleted one is of the one that a gateway brings
   * back: since the deletion, for it is acknowledged before the registry hears of it.
   */
  public Instant broughtBackFrom() {
    return deleted == null ? created : deleted.plusMillis(1);
  }

  /** The same device, deleted. */
  public Device deletedAt(Instant when) {
    return changed(gateway, disabled, identifiers, when);
  }

  private Device changed(
      @Nullable DeviceId behind,
      boolean isDisabled,
      List<Identifier> named,
      @Nullable Instant deletedAt) {
    return new Device(
        enterprise,
        id,
        name,
        kind,
        behind,
        model,
        factory,
        line,
        isDisabled,
        created,
        named,
        deletedAt);
  }

  /** What a device is to MQTT. */
  public enum Kind {
    /** Publishes for itself, or is spoken for by a gateway. */
    DEVICE("device"),
    /** Publishes for the devices behind it. */
    GATEWAY("gateway");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** The word used in JSON and CQL. */
    public String word() {
      return word;
    }

    /** The kind of this word, or null. */
    public static @Nullable Kind ofWord(String word) {
      for (Kind kind : values()) {
        if (kind.word.equals(word)) {
          return kind;
        }
      }
      return null;
    }
  }
}
