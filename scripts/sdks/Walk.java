import io.rong.RongCloud;
import io.rong.messages.TxtMessage;
import io.rong.models.message.MentionMessage;
import io.rong.models.message.MentionMessageContent;
import io.rong.models.message.MentionedInfo;
import io.rong.models.message.PrivateMessage;
import io.rong.models.user.UserModel;

/** Prints the code of each call that RongCloud's Java SDK makes, as a line of JSON. */
public class Walk {
  private static RongCloud rongcloud;

  private static void report(String step, Object code) {
    System.out.println("{\"step\":\"" + step + "\",\"code\":" + code + "}");
  }

  private static int register() throws Exception {
    return rongcloud.user.register(new UserModel("sdk-user", "Ann", "https://example.com/ann.png")).getCode();
  }

  private static int send(String content) throws Exception {
    PrivateMessage message = new PrivateMessage().setSenderId("sdk-user").setTargetId(new String[] {"bot-demo"});
    message.setObjectName("RC:TxtMsg").setContent(new TxtMessage(content, ""));
    return rongcloud.message.msgPrivate.send(message).getCode();
  }

  private static int mention() throws Exception {
    MentionedInfo mentioned = new MentionedInfo(2, new String[] {"bot-demo"}, "");
    MentionMessage message =
        new MentionMessage()
            .setSenderId("sdk-user")
            .setTargetId(new String[] {"sdk-group"})
            .setObjectName("RC:TxtMsg")
            .setContent(new MentionMessageContent(new TxtMessage("@Demo hello", ""), mentioned));
    return rongcloud.message.group.sendMention(message).getCode();
  }

  public static void main(String[] args) throws Exception {
    rongcloud = RongCloud.getInstance(System.getenv("APP_KEY"), System.getenv("APP_SECRET"), System.getenv("API_URL"));
    report("token", register());
    report("message", send("hello"));
    report("mention", mention());
    report("same call again", register());
    for (int call = 0; call < 50; call += 1) report("50 calls", send("message " + call));
  }
}
