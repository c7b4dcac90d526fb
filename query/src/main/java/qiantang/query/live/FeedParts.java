package qiantang.query.live;

import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import qiantang.query.read.GoneDevices;
import qiantang.query.read.LookAtDevices;
import qiantang.query.read.Places;
import qiantang.query.waiting.StoreWait;
import qiantang.store.fold.Beginnings;
import qiantang.store.fold.MaskTables;
import qiantang.store.journal.JournalTables;
import qiantang.store.journal.Ticker;

/**
 * What all feeds of a node work with.
 *
 * @param looks so many looks at devices at once: they are the dearest of what feeds do
 * @param decoders decode frames
 * @param virtualThreads a new thread for each task
 */
public record FeedParts(
    JournalTables tables,
    MaskTables masks,
    Beginnings beginnings,
    LookAtDevices lookAtDevices,
    Places places,
    GoneDevices gone,
    StoreWait store,
    InstantSource clock,
    Ticker ticker,
    Semaphore looks,
    Executor decoders,
    Executor virtualThreads) {}
