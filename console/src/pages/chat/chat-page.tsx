export const ChatPage = () => <h1>Chat</h1>;
