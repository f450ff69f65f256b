import { defineTexts } from "../../../text/language.ts";
import { isCallable } from "../bridge-address.ts";
import type { Facts } from "../step.ts";

const texts = defineTexts(
  {
    notCallable:
      "RongCloud cannot call this bridge yet: its address, in the first step, must begin with https:// and be public. Only the test callback works without one.",
  },
  {
    notCallable:
      "融云目前无法调用此网桥：第一步中的地址必须以 https:// 开头且位于公网。没有公网地址时，只有测试回调可用。",
  },
);

/** For the steps that work only with a bridge that RongCloud can call. */
export const addressWarning = ({ values }: Facts): string | undefined =>
  isCallable(values.publicUrl) ? undefined : texts.value.notCallable;
