/** The formats that schemas may ask texts to have. Formats that Kubernetes does not know are not checked. Pure. */
import { parseDuration, parseTimestamp } from "../cel/time.ts";
import { parseIp } from "../cel/library/network.ts";

type Check = (text: string) => boolean;

const matching =
  (pattern: RegExp): Check =>
  (text) =>
    pattern.test(text);

const isCidr: Check = (text) => {
  const [address = "", length = "", ...more] = text.split("/");
  const ip = parseIp(address);
  return (
    ip !== undefined &&
    more.length === 0 &&
    /^\d{1,3}$/.test(length) &&
    Number(length) <= (ip.family === 4 ? 32 : 128)
  );
};

const isUri: Check = (text) =>
  URL.canParse(text) || (text.startsWith("/") && URL.canParse(`http://x${text}`));

const formats: Readonly<Record<string, Check>> = {
  date: (text) => parseTimestamp(`${text}T00:00:00Z`) !== undefined,
  "date-time": (text) => parseTimestamp(text) !== undefined,
  datetime: (text) => parseTimestamp(text) !== undefined,
  duration: (text) =>
    parseDuration(text) !== undefined || /^\d+ *(ns|us|µs|ms|s|m|h|d|w|day|days|week|weeks)$/i.test(text),
  byte: matching(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/),
  uri: isUri,
  email: matching(/^[^\s@<>]+@[^\s@<>]+$/),
  hostname: matching(
    /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\.?$/,
  ),
  ipv4: (text) => parseIp(text)?.family === 4,
  ipv6: (text) => parseIp(text)?.family === 6,
  cidr: isCidr,
  mac: matching(/^(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$|^(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}$/),
  uuid: matching(/^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i),
  uuid3: matching(/^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i),
  uuid4: matching(/^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i),
  uuid5: matching(/^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i),
  hexcolor: matching(/^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/),
  rgbcolor: matching(/^rgb\(\s*\d{1,3}\s*,\s*\d{1,3}\s*,\s*\d{1,3}\s*\)$/),
  creditcard: matching(/^\d{12,19}$/),
  isbn10: matching(/^(?:\d[- ]?){9}[\dX]$/),
  isbn13: matching(/^(?:\d[- ]?){13}$/),
  isbn: matching(/^(?:\d[- ]?){9}[\dX]$|^(?:\d[- ]?){13}$/),
  ssn: matching(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/),
  bsonobjectid: matching(/^[0-9a-f]{24}$/i),
  "k8s-short-name": matching(/^(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/),
  "k8s-long-name": matching(/^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/),
};

/** Whether a text has a format. */
export const hasFormat = (text: string, format: string): boolean =>
  !Object.hasOwn(formats, format) || formats[format]?.(text) === true;
