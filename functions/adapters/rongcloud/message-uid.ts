import { randomBytes } from "node:crypto";

const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const group = (): string => [...randomBytes(4)].map((byte) => letters[byte % letters.length]).join("");

/** A random id in RongCloud's format: four groups of four characters, 80 bits. */
export const newMessageUID = (): string => [group(), group(), group(), group()].join("-");
