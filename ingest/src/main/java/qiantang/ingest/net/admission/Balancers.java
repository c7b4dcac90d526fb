package qiantang.ingest.net.admission;

import io.netty.channel.Channel;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.store.journal.LimitedLog;
import qiantang.store.journal.Ticker;

/**
 * The load balancers that may say, by a PROXY header, whom they speak for. A header can claim any
 * address, so everybody else is closed before a byte is read. Any thread.
 */
public final class Balancers {
  // Told apart in the log; who comes beyond them shares a line.
  private static final int SOURCES_MAX = 256;

  private static final Logger logger = LoggerFactory.getLogger(Balancers.class);

  private final AdmissionMeter meter;
  private final Ticker ticker;
  private final LimitedLog others;
  private volatile AddressRanges allowed;

  // Guarded by itself.
  private final Map<Object, LimitedLog> told = new HashMap<>();

  /** These are allowed. */
  public Balancers(AddressRanges allowed, AdmissionMeter meter, Ticker ticker) {
    this.allowed = allowed;
    this.meter = meter;
    this.ticker = ticker;
    others = new LimitedLog(logger, ticker);
  }

  /** From now on these are allowed; connections there are go on. */
  public void allow(AddressRanges ranges) {
    allowed = ranges;
  }

  /** Whether a connection comes from one of them; one that does not is counted. */
  boolean admits(Channel channel) {
    if (allowed.include(channel.remoteAddress())) {
      return true;
    }
    meter.foreignBalancer();
    logOf(Source.site(channel))
        .warn("closed " + channel.remoteAddress() + ", which is no load balancer of --proxy-from");
    return false;
  }

  private LimitedLog logOf(Object site) {
    synchronized (told) {
      LimitedLog known = told.get(site);
      if (known == null && told.size() >= SOURCES_MAX) {
        told.values().removeIf(LimitedLog::isOver);
      }
      if (known == null && told.size() < SOURCES_MAX) {
        known = new LimitedLog(logger, ticker);
        told.put(site, known);
      }
      return known == null ? others : known;
    }
  }
}
