<?php
// Plays the platform: hands one customer's message to a webhook, and returns the replies to send, in order.
// $data is what stood after the #, or the customer's name and number.
function ask(string $webhook, string $key, string $keyword, array $data, string $sender): array
{
    $body = ['keyword' => $keyword, 'data' => $data, 'webhookkey' => $key, 'from' => $sender];
    $curl = curl_init($webhook);
    curl_setopt_array($curl, [
        CURLOPT_POST => true,
        CURLOPT_POSTFIELDS => json_encode($body),
        CURLOPT_HTTPHEADER => ['Content-Type: application/json'],
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => 10,
    ]);
    $answer = json_decode((string) curl_exec($curl), true);
    curl_close($curl);
    if (($answer['success'] ?? false) !== true) {
        throw new RuntimeException($answer['message'] ?? 'The webhook did not answer.');
    }
    return $answer['message']['reply'];
}

foreach (ask('http://127.0.0.1:5000/chatbot/webhook', getenv('CHATBOT_WEBHOOK_KEY'), 'penawaran#', ['Jhon Doe', 'jhon@example.com'], '6282386000000') as $reply) {
    echo $reply['type'], ': ', is_string($reply['content']) ? $reply['content'] : json_encode($reply['content']), PHP_EOL;
}
