package qiantang.store.read;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.store.model.FrameKey;
import qiantang.store.model.StartId;

/**
 * How far the journal was followed for an enterprise. An older one is always safe: what follows it
 * is only told again.
 *
 * @param micros arrival of the last record told, or when following began
 * @param points one of each lane in use
 * @param within the frame of which only a part was told; null for none
 */
public record Followed(long micros, List<Point> points, @Nullable Within within) {
  // Lanes of nodes that began and ended within half an hour; an id has 30 bytes for each.
  private static final int POINTS_MAX = 32;

  private static final int TEXT_LENGTH_MAX = 1200;
  private static final byte VERSION = 1;
  private static final int HEAD_BYTES = 1 + Long.BYTES + 1;
  private static final int POINT_BYTES = Long.BYTES + 1 + Integer.BYTES + Long.BYTES;
  private static final int WITHIN_BYTES = Long.BYTES + 1 + Long.BYTES + Integer.BYTES;

  /**
   * A lane.
   *
   * @param start the first half of its start's id, which is random
   * @param minute no frame that is still to come has an earlier label
   * @param sequence last frame seen; 0 for none
   */
  public record Point(long start, int lane, long minute, long sequence) {
    boolean isOf(StartId other, int otherLane) {
      return start == half(other) && lane == otherLane;
    }
  }

  /**
   * A frame.
   *
   * @param told how many of the enterprise's records in it were told, in their order
   */
  public record Within(long start, int lane, long sequence, int told) {}

  public Followed {
    points = List.copyOf(points);
  }

  static long half(StartId start) {
    return start.id().getMostSignificantBits();
  }

  /** The point of a lane; null where it is in none. */
  @Nullable Point of(StartId start, int lane) {
    for (Point point : points) {
      if (point.isOf(start, lane)) {
        return point;
      }
    }
    return null;
  }

  /** How many records of a frame were told before; of one seen whole, all. */
  public int toldOf(FrameKey frame) {
    StartId start = frame.partition().start();
    int lane = frame.partition().lane();
    Point point = of(start, lane);
    if (point != null && frame.sequence() <= point.sequence()) {
      return Integer.MAX_VALUE;
    }
    return within != null
            && within.start == half(start)
            && within.lane == lane
            && within.sequence == frame.sequence()
        ? within.told
        : 0;
  }

  /** Whether all that another one has seen is seen here too. */
  public boolean hasAllOf(Followed other) {
    for (Point theirs : other.points) {
      boolean isSeen = false;
      for (Point ours : points) {
        isSeen |=
            ours.start == theirs.start
                && ours.lane == theirs.lane
                && ours.sequence >= theirs.sequence;
      }
      if (!isSeen && theirs.sequence > 0) {
        return false;
      }
    }
    return true;
  }

  /** The same, with so many records of the frame told that comes next in its lane. */
  public Followed within(FrameKey frame, int told, long arrivalMicros) {
    return new Followed(
        arrivalMicros,
        points,
        new Within(
            half(frame.partition().start()), frame.partition().lane(), frame.sequence(), told));
  }

  /** The same as it is known at a later time, with which nothing new came in its lanes. */
  public Followed until(long later) {
    return new Followed(Math.max(micros, later), points, within);
  }

  /** As an opaque text of letters, digits, hyphens and underscores. */
  public String text() {
    ByteBuffer bytes =
        ByteBuffer.allocate(
            HEAD_BYTES + points.size() * POINT_BYTES + (within == null ? 0 : WITHIN_BYTES));
    bytes.put(VERSION).putLong(micros).put((byte) points.size());
    for (Point point : points) {
      bytes.putLong(point.start).put((byte) point.lane);
      bytes.putInt((int) point.minute).putLong(point.sequence);
    }
    if (within != null) {
      bytes.putLong(within.start).put((byte) within.lane);
      bytes.putLong(within.sequence).putInt(within.told);
    }
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  /** What a text says, or null where it is none of ours. */
  public static @Nullable Followed parse(String text) {
    if (text.length() > TEXT_LENGTH_MAX) {
      return null;
    }
    ByteBuffer bytes;
    try {
      bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      return null;
    }
    if (bytes.remaining() < HEAD_BYTES || bytes.get() != VERSION) {
      return null;
    }
    long micros = bytes.getLong();
    int count = bytes.get();
    int rest = bytes.remaining() - count * POINT_BYTES;
    if (micros < 0 || count < 0 || count > POINTS_MAX || (rest != 0 && rest != WITHIN_BYTES)) {
      return null;
    }
    List<Point> points = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      points.add(new Point(bytes.getLong(), bytes.get(), bytes.getInt(), bytes.getLong()));
    }
    Within within =
        rest == 0
            ? null
            : new Within(bytes.getLong(), bytes.get(), bytes.getLong(), bytes.getInt());
    boolean isPossible =
        points.stream().allMatch(point -> point.sequence >= 0 && point.minute >= 0)
            && (within == null || within.told >= 0);
    return isPossible ? new Followed(micros, points, within) : null;
  }

  /** The newest lanes, as many as an id has room for. */
  static List<Point> bounded(List<Point> points) {
    return points.size() <= POINTS_MAX
        ? points
        : points.stream()
            .sorted((a, b) -> Long.compare(b.minute, a.minute))
            .limit(POINTS_MAX)
            .toList();
  }
}
