package qiantang.query.json;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qiantang.store.fold.Mask;
import qiantang.store.fold.MaskTables.Deletion;

/** What was deleted, as JSON. */
public final class DeletionJson {
  private static final long MINUTE_MICROS = 60_000_000L;

  private DeletionJson() {}

  /** All of them. */
  public static JsonOut.Text all(List<Deletion> deletions) {
    return out -> {
      out.object().array("items");
      for (Deletion deletion : deletions) {
        write(out, deletion);
      }
      out.endArray().endObject();
    };
  }

  /** One. */
  public static JsonOut.Text one(Deletion deletion) {
    return out -> write(out, deletion);
  }

  private static void write(JsonOut out, Deletion deletion) throws IOException {
    Mask mask = deletion.mask();
    @Nullable Long erasedMinute = deletion.erasedMinute();
    @Nullable Long erasedMillis = deletion.erasedMillis();
    out.object()
        .text("id", mask.id())
        .text("device", mask.device() == null ? null : mask.device().text())
        .time("before", mask.beforeMicros() == Mask.ALL_TIMES ? null : mask.beforeMicros())
        .time("arrivedUntil", mask.madeMillis() * 1000)
        .time("goneBy", (mask.madeMillis() + Mask.GONE_AFTER.toMillis()) * 1000)
        .time("erasedBefore", erasedMinute == null ? null : erasedMinute * MINUTE_MICROS)
        .time("erased", erasedMillis == null ? null : erasedMillis * 1000)
        .endObject();
  }
}
