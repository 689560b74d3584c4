/** The servers that a client names as being in a room: `via`, and `server_name`, as it was called before v1.12. */
export function viaOf(query: URLSearchParams): string[] {
  return [...query.getAll('via'), ...query.getAll('server_name')];
}
