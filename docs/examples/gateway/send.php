<?php
// Sends a text by the gateway, and returns the id under which its status is told.
// $once is any text that belongs to this message alone: sent again with it, the message still goes out once.
function send(string $bot, string $key, string $number, string $text, string $notify, string $once): string
{
    $curl = curl_init("$bot/api/sendwa");
    curl_setopt_array($curl, [
        CURLOPT_POST => true,
        CURLOPT_POSTFIELDS => json_encode(['nohp' => $number, 'pesan' => $text, 'notifyurl' => $notify]),
        CURLOPT_HTTPHEADER => ["SecretKey: $key", "Idempotency-Key: $once", 'Content-Type: application/json'],
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => 15,
    ]);
    $answer = json_decode((string) curl_exec($curl), true);
    curl_close($curl);
    if (($answer['success'] ?? false) !== true) {
        throw new RuntimeException($answer['errorMessage'] ?? 'The gateway did not answer.');
    }
    return $answer['message']['id'];
}

echo send('http://127.0.0.1:5000/chatbot', getenv('CHATBOT_API_KEY'), '6281234567890', 'Pesanan 1203 sudah dikirim.', 'https://toko.example.com/acks.php', 'kirim-1203'), PHP_EOL;
