package qiantang.query;

import java.time.InstantSource;
import qiantang.query.http.BatchEndpoints;
import qiantang.query.http.DataEndpoints;
import qiantang.query.http.SeriesQueryEndpoint;
import qiantang.query.read.ChosenDevices;
import qiantang.query.read.Devices;
import qiantang.query.read.GoneDevices;
import qiantang.query.read.KeptCounts;
import qiantang.query.read.Places;
import qiantang.query.read.ReadIntervals;
import qiantang.query.read.ReadLatest;
import qiantang.query.read.ReadLatestOfAll;
import qiantang.query.read.ReadLatestOfSome;
import qiantang.query.read.ReadRejections;
import qiantang.query.read.ReadSeries;
import qiantang.query.read.ReadSets;
import qiantang.query.waiting.HeavyReads;
import qiantang.query.waiting.SampleBudget;
import qiantang.query.waiting.StoreWait;
import qiantang.store.read.Reader;
import qiantang.store.registry.Registry;

/** What tells values; one of a program. */
record DataParts(
    Reader reader,
    Registry registry,
    Devices devices,
    UnitParts units,
    GoneDevices gone,
    SampleBudget budget,
    HeavyReads heavyReads,
    StoreWait store,
    InstantSource clock) {
  DataEndpoints endpoints() {
    return new DataEndpoints(
        new ReadLatest(reader, devices, gone, store),
        new ReadLatestOfAll(reader, gone, new Places(registry, store), budget, store),
        readSeries(),
        new ReadIntervals(reader, devices, budget, store),
        new ReadRejections(reader, devices, store),
        units.ofDevices(),
        clock);
  }

  BatchEndpoints batch(KeptCounts kept) {
    return new BatchEndpoints(
        new ReadLatestOfSome(reader, devices, gone, new Places(registry, store), budget, store),
        new ReadSets(reader, new ChosenDevices(registry, devices, store), kept, budget, store),
        units.ofDevices(),
        clock);
  }

  private ReadSeries readSeries() {
    return new ReadSeries(reader, devices, budget, heavyReads, store);
  }

  SeriesQueryEndpoint seriesQuery() {
    return new SeriesQueryEndpoint(
        readSeries(),
        new ReadIntervals(reader, devices, budget, store),
        heavyReads,
        new Places(registry, store),
        units.ofDevices(),
        clock);
  }
}
