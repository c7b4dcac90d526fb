package qiantang.store.read;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an answer is worth.
 *
 * @param complete whether it holds everything asked for that was acknowledged before the request
 * @param truncatedBy what cut it: {@code limit}, or null
 * @param freshnessMicros arrival time of the newest record of the enterprise that was seen, 0 for
 *     none
 * @param sources where it came from: {@code journal}
 * @param damagedFrames frames that could not be decoded; above 0 the answer is not complete
 */
public record Completeness(
    boolean complete,
    @Nullable String truncatedBy,
    long freshnessMicros,
    List<String> sources,
    int damagedFrames) {}
