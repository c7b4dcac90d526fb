package qiantang.store.health;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The four independent axes of a device's health, with their states. */
public enum Axis {
  /** Where a device is in its life. */
  LIFECYCLE("lifecycle"),
  /** Whether it is connected. */
  CONNECTION("connection"),
  /** Whether it reports. */
  DATA("data"),
  /** Whether what it reports can be trusted. */
  QUALITY("quality");

  /** All states of all axes. Words are stored: none is ever given another meaning. */
  public enum State {
    /** Announced within the last day, and nothing came of it. */
    REGISTERED("registered"),
    /** Announced longer ago, and nothing ever came of it. */
    NEVER_CONNECTED("never-connected"),
    /** Something came of it. */
    ACTIVE("active"),
    /** Its credentials are refused. */
    DISABLED("disabled"),
    /** A session that goes on, of its own or of who speaks for it. */
    ONLINE("online"),
    /** None. */
    OFFLINE("offline"),
    /** It depends on a node whose heartbeat is late. */
    UNKNOWN("unknown"),
    /** Readings come, and just happened. */
    FRESH("fresh"),
    /** Readings come, and happened long ago. */
    LATE("late"),
    /** Connected, and no readings come. */
    SILENT("silent"),
    /** Not connected, and no readings come. */
    STALE("stale"),
    /** Nothing speaks against it. */
    GOOD("good"),
    /** Something does. */
    SUSPECT("suspect"),
    /** What it says is refused, or its times are wrong. */
    BAD("bad");

    private final String word;

    State(String word) {
      this.word = word;
    }

    /** The word used in JSON. */
    public String word() {
      return word;
    }

    /** The state of this word, or null. */
    public static @Nullable State ofWord(String word) {
      for (State state : values()) {
        if (state.word.equals(word)) {
          return state;
        }
      }
      return null;
    }
  }

  private final String word;

  Axis(String word) {
    this.word = word;
  }

  /** The word used in JSON. */
  public String word() {
    return word;
  }

  /** The states on this axis. */
  public List<State> states() {
    return switch (this) {
      case LIFECYCLE ->
          List.of(State.REGISTERED, State.NEVER_CONNECTED, State.ACTIVE, State.DISABLED);
      case CONNECTION -> List.of(State.ONLINE, State.OFFLINE, State.UNKNOWN);
      case DATA -> List.of(State.FRESH, State.LATE, State.SILENT, State.STALE);
      case QUALITY -> List.of(State.GOOD, State.SUSPECT, State.BAD);
    };
  }

  /** The axis of this word, or null. */
  public static @Nullable Axis ofWord(String word) {
    for (Axis axis : values()) {
      if (axis.word.equals(word)) {
        return axis;
      }
    }
    return null;
  }
}
