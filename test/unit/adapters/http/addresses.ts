import fc from "fast-check";

/**
 * Blocks of IPv4 that are not the public internet (IANA's special-purpose registry), one address of each and
 * why.
 */
export const specialIPv4: readonly (readonly [string, string])[] = [
  ["0.0.0.0", "this host"],
  ["0.1.2.3", "this network"],
  ["10.0.0.1", "private"],
  ["10.255.255.255", "private"],
  ["100.64.0.1", "carrier-grade NAT"],
  ["100.127.255.254", "carrier-grade NAT"],
  ["127.0.0.1", "loopback"],
  ["127.255.255.254", "loopback"],
  ["169.254.0.1", "link-local"],
  ["169.254.169.254", "the metadata service"],
  ["169.254.170.2", "the credentials of ECS"],
  ["172.16.0.1", "private"],
  ["172.31.255.255", "private"],
  ["192.0.0.1", "protocol assignments"],
  ["192.0.2.1", "documentation"],
  ["192.88.99.1", "6to4 relays"],
  ["192.168.0.1", "private"],
  ["192.168.255.255", "private"],
  ["198.18.0.1", "benchmarks"],
  ["198.51.100.1", "documentation"],
  ["203.0.113.1", "documentation"],
  ["224.0.0.1", "multicast"],
  ["239.255.255.255", "multicast"],
  ["240.0.0.1", "reserved"],
  ["255.255.255.255", "broadcast"],
];

export const specialIPv6: readonly (readonly [string, string])[] = [
  ["::", "unspecified"],
  ["::1", "loopback"],
  ["0:0:0:0:0:0:0:1", "loopback, written out"],
  ["::ffff:127.0.0.1", "loopback, mapped"],
  ["::ffff:7f00:1", "loopback, mapped, in hex"],
  ["::ffff:a9fe:a9fe", "the metadata service, mapped"],
  ["::ffff:10.0.0.1", "private, mapped"],
  ["::127.0.0.1", "loopback, IPv4-compatible"],
  ["::7f00:1", "loopback, IPv4-compatible, in hex"],
  ["::a9fe:a9fe", "the metadata service, IPv4-compatible"],
  ["::ffff:0:7f00:1", "loopback, translated"],
  ["64:ff9b::7f00:1", "loopback behind NAT64"],
  ["64:ff9b::a9fe:a9fe", "the metadata service behind NAT64"],
  ["64:ff9b:1::7f00:1", "a network's own NAT64"],
  ["2002:7f00:1::1", "loopback in 6to4"],
  ["2001::1", "Teredo"],
  ["100::1", "discard"],
  ["2001:db8::1", "documentation"],
  ["3fff::1", "documentation"],
  ["fc00::1", "unique local"],
  ["fd00:ec2::254", "the metadata service of AWS"],
  ["fe80::1", "link-local"],
  ["fec0::1", "site-local"],
  ["ff02::1", "multicast"],
];

export const publicAddresses = [
  "1.1.1.1",
  "8.8.8.8",
  "9.255.255.255",
  "11.0.0.1",
  "100.63.255.255",
  "100.128.0.1",
  "126.255.255.255",
  "128.0.0.1",
  "169.253.255.255",
  "172.15.255.255",
  "172.32.0.1",
  "192.167.255.255",
  "192.169.0.1",
  "223.255.255.255",
  "2606:4700:4700::1111",
  "2a00:1450:4001:81b::200e",
  "::ffff:8.8.8.8",
];

const octets = (...bounds: readonly (readonly [number, number])[]): fc.Arbitrary<number[]> =>
  fc.tuple(...bounds.map(([min, max]) => fc.integer({ min, max })));
const any = [0, 255] as const;

/** Any address that leads into a private network or to the machine itself. */
export const privateIPv4: fc.Arbitrary<number[]> = fc.oneof(
  octets([0, 0], any, any, any),
  octets([10, 10], any, any, any),
  octets([100, 100], [64, 127], any, any),
  octets([127, 127], any, any, any),
  octets([169, 169], [254, 254], any, any),
  octets([172, 172], [16, 31], any, any),
  octets([192, 192], [168, 168], any, any),
);

const asNumber = (bytes: readonly number[]): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0);
const pieces = (bytes: readonly number[], separately: number): number[] => [
  ...bytes.slice(0, separately),
  asNumber(bytes.slice(separately)),
];

/** Every way in which a URL can write an IPv4 address, including IPv6. */
export const notations: Readonly<Record<string, (bytes: readonly number[]) => string>> = {
  dotted: (bytes) => bytes.join("."),
  "dotted, with a trailing dot": (bytes) => `${bytes.join(".")}.`,
  octal: (bytes) => bytes.map((byte) => `0${byte.toString(8)}`).join("."),
  "octal, with zeros before": (bytes) => bytes.map((byte) => `000${byte.toString(8)}`).join("."),
  hex: (bytes) => bytes.map((byte) => `0x${byte.toString(16)}`).join("."),
  "hex in capitals": (bytes) => bytes.map((byte) => `0X${byte.toString(16).toUpperCase()}`).join("."),
  "one decimal number": (bytes) => String(asNumber(bytes)),
  "one hex number": (bytes) => `0x${asNumber(bytes).toString(16)}`,
  "one octal number": (bytes) => `0${asNumber(bytes).toString(8)}`,
  "two parts": (bytes) => pieces(bytes, 1).join("."),
  "three parts": (bytes) => pieces(bytes, 2).join("."),
  "full-width digits": (bytes) =>
    bytes.join(".").replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  "percent-encoded": (bytes) => bytes.join(".").replace(/\d/g, (digit) => `%3${digit}`),
  "mapped into IPv6": (bytes) => `[::ffff:${bytes.join(".")}]`,
  "mapped into IPv6, in hex": (bytes) =>
    `[::ffff:${asNumber(bytes.slice(0, 2)).toString(16)}:${asNumber(bytes.slice(2)).toString(16)}]`,
  "IPv4-compatible IPv6": (bytes) => `[::${bytes.join(".")}]`,
  "behind NAT64": (bytes) => `[64:ff9b::${bytes.join(".")}]`,
  "in 6to4": (bytes) =>
    `[2002:${asNumber(bytes.slice(0, 2)).toString(16)}:${asNumber(bytes.slice(2)).toString(16)}::1]`,
};
