/** What stands in the query of a request. Pure. */

/** A switch in a query: on, unless it is not there, "0", or "false" in any spelling (apimachinery's conversion of queries). */
export const isTrue = (value: string | null): boolean =>
  value !== null && value !== "0" && value.toLowerCase() !== "false";
