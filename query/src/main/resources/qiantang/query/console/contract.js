/**
 * What this server's API has, from its own description: the console asks nothing else, so that it
 * goes with a server that is a version behind and shows "not known yet" for what that cannot tell.
 */

let loading = null;

/** The description; asked for once. */
export function contract() {
  loading ??= fetch('/openapi.json')
    .then((answer) => answer.json())
    .then(
      ({ paths }) => ({
        /** Whether there is such a path. */
        has: (path) => path in paths,
        /** The parameters that GET takes there. */
        takes: (path, name) => {
          const all = [...(paths[path]?.parameters ?? []), ...(paths[path]?.get.parameters ?? [])];
          return all.some((parameter) => parameter.name === name);
        },
      }),
      (error) => {
        loading = null;
        throw error;
      },
    );
  return loading;
}
