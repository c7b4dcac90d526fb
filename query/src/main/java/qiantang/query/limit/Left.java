package qiantang.query.limit;

/**
 * How much of a limit is left.
 *
 * @param fullSeconds when all of it is there again
 * @param limits of {@code of}
 */
public record Left(Policy policy, long left, long fullSeconds, Of of, Limits limits) {}
