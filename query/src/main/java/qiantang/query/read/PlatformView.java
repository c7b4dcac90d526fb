package qiantang.query.read;

import org.jspecify.annotations.Nullable;
import qiantang.query.auth.Caller;
import qiantang.store.model.EnterpriseId;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Platform;

/**
 * What of a platform a caller may see: all of it, or its own enterprise alone. The one place that
 * says so.
 *
 * @param only the enterprise; null for all of them
 */
record PlatformView(Platform platform, @Nullable EnterpriseId only) {
  /**
   * What this caller sees.
   *
   * @param own the caller's enterprise; null where it has none
   * @return null where it sees nothing
   */
  static @Nullable PlatformView of(Caller caller, Platform platform, @Nullable Enterprise own) {
    if (caller.maySeePlatform(platform.id())) {
      return new PlatformView(platform, null);
    }
    return own != null && caller.maySee(own.id()) && own.platforms().contains(platform.id())
        ? new PlatformView(platform, own.id())
        : null;
  }
}
