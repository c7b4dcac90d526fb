package qiantang.store.read;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import qiantang.store.codec.BlockCodec;
import qiantang.store.codec.DeviceColumns;
import qiantang.store.fold.FoldTables.Block;
import qiantang.store.fold.LayoutHistory;
import qiantang.store.fold.Masks;
import qiantang.store.model.DeviceId;
import qiantang.store.model.Entry;
import qiantang.store.model.FrameKey;
import qiantang.store.model.Reading;

/** What no chunk has yet of devices of an enterprise, device by device. Any thread. */
final class RecentOfDevices implements Tail.Visitor {
  private final TotalsRequest request;
  private final WantedDevices devices;
  private final LayoutHistory history;
  private final Masks masks;
  private final int samplesMax;
  private final Set<String> wanted;

  // All guarded by this.
  private final Map<DeviceId, SeriesMerge> byDevice = new HashMap<>();
  private long held;
  private int damaged;

  /**
   * Of nothing yet.
   *
   * @param devices of which it is to be held
   * @param samplesMax what is held at most; what is more is not looked at
   */
  RecentOfDevices(
      TotalsRequest request,
      WantedDevices devices,
      LayoutHistory history,
      Masks masks,
      int samplesMax) {
    this.request = request;
    this.devices = devices;
    this.history = history;
    this.masks = masks;
    this.samplesMax = samplesMax;
    wanted = Set.copyOf(request.metrics());
  }

  @Override
  public synchronized void entry(FrameKey frame, int index, Entry entry) {
    if (entry instanceof Entry.Readings message && !isTooMuch()) {
      for (Reading reading : message.readings()) {
        if (!devices.contains(reading.device())) {
          continue;
        }
        SeriesMerge merge = merge(reading.device());
        held -= merge.held();
        merge.reading(Rank.of(frame, index), message, reading);
        held += merge.held();
      }
    }
  }

  /** Merges a block. */
  synchronized void block(Block block) {
    if (isTooMuch()) {
      return;
    }
    BlockCodec.Decoded decoded =
        wanted.isEmpty()
            ? BlockCodec.decode(block.bytes())
            : BlockCodec.decode(block.bytes(), wanted);
    switch (decoded) {
      case BlockCodec.Decoded.Members(List<BlockCodec.Member> members) ->
          members.stream()
              .filter(member -> devices.contains(member.device()))
              .forEach(member -> add(Rank.of(block.key()), member.device(), member.columns()));
      case BlockCodec.Decoded.Damaged _ -> damaged++;
    }
  }

  private void add(Rank rank, DeviceId device, DeviceColumns columns) {
    SeriesMerge merge = merge(device);
    held -= merge.held();
    merge.block(rank, columns);
    held += merge.held();
  }

  private SeriesMerge merge(DeviceId device) {
    return byDevice.computeIfAbsent(
        device,
        id ->
            new SeriesMerge(
                new SeriesRequest(
                    request.enterprise(),
                    id,
                    request.metrics(),
                    request.fromMicros(),
                    request.toMicros(),
                    samplesMax),
                history,
                masks));
  }

  /** Counts what could not be decoded. */
  synchronized void damaged(int frames) {
    damaged += frames;
  }

  /** How much could not be decoded; nothing is added any more. */
  synchronized int damaged() {
    return damaged;
  }

  /** Whether there is more than may be held. */
  synchronized boolean isTooMuch() {
    return held > samplesMax;
  }

  /** Devices that have any; nothing is added any more. */
  synchronized Map<DeviceId, SeriesMerge> byDevice() {
    return byDevice;
  }

  /** The samples of a device in some event times; nothing is added any more. */
  synchronized SeriesMerge of(DeviceId device, long fromMicros, long toMicros) {
    return merge(device).within(fromMicros, toMicros);
  }
}
