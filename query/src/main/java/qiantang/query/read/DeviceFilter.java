package qiantang.query.read;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import qiantang.store.health.Axis;
import qiantang.store.health.Health;
import qiantang.store.model.DeviceId;
import qiantang.store.read.Activity;
import qiantang.store.registry.Device;

/**
 * Which devices are asked for; null asks for all.
 *
 * @param states of all of them, at most one on each axis
 * @param reason one of {@link #REASONS}, on any axis
 * @param text a part of the id, the name or an identifier, whatever its case
 * @param identifier the begin of an identifier, as it is stored
 */
public record DeviceFilter(
    Device.@Nullable Kind kind,
    @Nullable DeviceId gateway,
    @Nullable String model,
    @Nullable String factory,
    @Nullable String line,
    @Nullable Connected connected,
    Set<Axis.State> states,
    @Nullable String reason,
    @Nullable String text,
    @Nullable String identifier) {

  /** The reasons that there are, in order. */
  public static final List<String> REASONS =
      Stream.concat(Health.reasons().stream(), Activity.reasons().stream())
          .sorted()
          .distinct()
          .toList();

  public DeviceFilter {
    states = Set.copyOf(states);
  }

  /** How devices are asked for by their connection. */
  public enum Connected {
    /** An open session whose node lives. */
    ONLINE("online"),
    /** Was connected once, and is not. */
    OFFLINE("offline"),
    /** Was never connected. */
    NEVER("never"),
    /** Depends on a node whose heartbeat is late. */
    UNKNOWN("unknown");

    private final String word;

    Connected(String word) {
      this.word = word;
    }

    /** The word used in queries. */
    public String word() {
      return word;
    }

    /** How a device is. */
    static Connected of(FleetDevice device) {
      return switch (device.connection()) {
        case ONLINE -> ONLINE;
        case OFFLINE -> OFFLINE;
        case NEVER -> NEVER;
        case UNKNOWN -> UNKNOWN;
      };
    }
  }

  /** Whether nothing is filtered. */
  boolean isOpen() {
    return kind == null
        && gateway == null
        && model == null
        && factory == null
        && line == null
        && connected == null
        && states.isEmpty()
        && reason == null
        && text == null
        && identifier == null;
  }

  /** Whether this device is one of them. */
  boolean accepts(FleetDevice device) {
    return (kind == null || kind == device.kind())
        && (gateway == null || gateway.equals(device.gateway()))
        && (model == null || model.equals(device.model()))
        && (factory == null || factory.equals(device.factory()))
        && (line == null || line.equals(device.line()))
        && (connected == null || connected == Connected.of(device))
        && isNamed(device)
        && isIdentified(device)
        && areOn(device.health());
  }

  /** Whether devices that are so may be asked for. */
  boolean accepts(DeviceIndex.Standing standing) {
    return (connected == null || connected == standing.connected())
        && standing.states().containsAll(states)
        && (reason == null || standing.reasons().contains(reason));
  }

  private boolean isNamed(FleetDevice device) {
    if (text == null) {
      return true;
    }
    String part = text.toLowerCase(Locale.ROOT);
    return device.id().text().toLowerCase(Locale.ROOT).contains(part)
        || device.name().toLowerCase(Locale.ROOT).contains(part)
        || device.identifiers().stream()
            .anyMatch(one -> one.text().toLowerCase(Locale.ROOT).contains(part));
  }

  private boolean isIdentified(FleetDevice device) {
    return identifier == null
        || device.identifiers().stream().anyMatch(one -> one.text().startsWith(identifier));
  }

  /** Whether a device is in all these states, and has the reason on any axis. */
  private boolean areOn(Health health) {
    boolean isReason = reason == null;
    int found = 0;
    for (Axis axis : Axis.values()) {
      found += states.contains(health.on(axis).state()) ? 1 : 0;
      isReason = isReason || health.on(axis).reason().equals(reason);
    }
    return isReason && found == states.size();
  }
}
