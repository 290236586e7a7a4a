/** Marks every HTTP request of a check with the id of the installation it comes from (R-SS-7). */
export const LOOP_HEADER = 'X-StatusPing-Check';

/** Whether a request with this value of `LOOP_HEADER` was sent by the installation with this id. */
export function cameFrom(id: string, header: string | undefined): boolean {
  return (header ?? '').split(',').some((mark) => mark.trim() === id);
}
